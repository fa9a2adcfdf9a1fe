/** One word of a POSIX shell's command line, quoted where it would be read as anything else. */
export function shellWord(text: string): string {
  return /^\w[\w.:/@-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
