import type { z } from "zod";
import type { observation } from "./schemas.ts";

export type Observation = z.infer<typeof observation>;
