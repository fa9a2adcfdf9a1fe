type Known = { readonly key: string; readonly name: string };

/**
 * What can be looked at: where something was told of the service first, whether flags have such an environment or not; then the flags' other ones.
 *
 * @param chosen stands among them whatever it is: an address may name any
 */
export function environmentGroups(told: readonly string[], flags: readonly Known[], chosen: string) {
  const labelOf = (key: string) => flags.find((each) => each.key === key)?.name ?? key;
  const untold = new Set([...flags.map(({ key }) => key), chosen].filter((key) => !told.includes(key)));
  const choicesOf = (keys: Iterable<string>) => [...keys].map((value) => ({ value, label: labelOf(value) }));
  return [
    { group: "Told of", items: choicesOf(told) },
    { group: "Nothing told", items: choicesOf(untold) },
  ].filter(({ items }) => items.length > 0);
}
