import { accessProjector } from "./access/projection.ts";
import { deliveryProjector } from "./delivery/projection.ts";
import { flagProjector } from "./flags/projection.ts";
import type { Projector } from "./journal/projector.ts";
import { rolloutProjector } from "./rollouts/projection.ts";
import { snapshotProjector } from "./snapshots/projection.ts";

/** Every table that is a function of the journal, in the order in which an event is projected. */
export const PROJECTORS: readonly Projector[] = [
  accessProjector,
  flagProjector,
  rolloutProjector,
  snapshotProjector,
  deliveryProjector,
];
