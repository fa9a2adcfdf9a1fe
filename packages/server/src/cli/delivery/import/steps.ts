/** A message as the forge's webhook would have sent it. */
export type ForgeMessage = { readonly event: string; readonly body: object };

/** One kind of thing a forge knows, oldest pages and newest alike: told in portions that are sent as they come. */
export type ImportStep = {
  readonly name: string;
  readonly messages: () => AsyncGenerator<readonly ForgeMessage[]>;
};
