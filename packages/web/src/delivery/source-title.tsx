/** A title, linked to where it came from when that is an address of the web. */
export function SourceTitle({ title, url }: { title: string; url: string | null }) {
  if (url === null || !/^https?:\/\//.test(url)) return title;
  return (
    <a href={url} rel="noreferrer" target="_blank">
      {title}
    </a>
  );
}
