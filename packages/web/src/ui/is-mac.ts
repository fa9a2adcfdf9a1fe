/** Macs have a Command key where others have Ctrl. iPads with a keyboard say that they are Macs, and are right. */
export const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
