/** What of the Delivery page the address says. */
export type DeliverySearch = {
  /** The service that is looked at; absent: the first. */
  readonly service?: string;
  /** An environment that was told of and need not be one of the flags'; absent: the one that all pages look at. */
  readonly deployedTo?: string;
  /** Days back; absent: 90. */
  readonly days?: number;
  /** Which changes are opened, such as `deployment:run-7` or `failures`. */
  readonly open?: string;
};

export const WINDOW_DAYS = [30, 90, 180, 365] as const;
export const WINDOW_DAYS_DEFAULT = 90;

/** What a window is compared with: so many days before it, however long it is. */
export const BASELINE_DAYS = 90;

export function readDeliverySearch(search: Record<string, unknown>): DeliverySearch {
  const days = WINDOW_DAYS.find((each) => each === Number(search.days));
  return {
    ...(typeof search.service === "string" && search.service ? { service: search.service } : {}),
    ...(typeof search.deployedTo === "string" && search.deployedTo ? { deployedTo: search.deployedTo } : {}),
    ...(days === undefined || days === WINDOW_DAYS_DEFAULT ? {} : { days }),
    ...(typeof search.open === "string" && search.open ? { open: search.open } : {}),
  };
}
