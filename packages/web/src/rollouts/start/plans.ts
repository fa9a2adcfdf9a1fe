/** A stage as it is typed: everything is text, so that nothing a person wrote is ever lost. */
export type StageRow = {
  /** Tells the rows apart; not sent. */
  readonly id: number;
  /** Percent. */
  readonly share: string;
  /** Percentage points; empty: nothing promised. */
  readonly catches: string;
  /** A duration. */
  readonly floor: string;
};

export type PlanName = "careful" | "standard" | "fast";

type Plan = { readonly label: string; readonly about: string; readonly stages: readonly Omit<StageRow, "id">[] };

const TO_EVERYBODY = { share: "100", catches: "", floor: "0 s" };

/** Plans to begin with. `standard` is what the server takes when no plan is given. */
export const PLANS: Readonly<Record<PlanName, Plan>> = {
  careful: {
    label: "Careful",
    about: "Six stages that look longer: for what is hard to undo, or used by everybody.",
    stages: [
      { share: "0.5", catches: "20", floor: "2 min" },
      { share: "2", catches: "5", floor: "5 min" },
      { share: "10", catches: "2", floor: "10 min" },
      { share: "25", catches: "1", floor: "10 min" },
      { share: "50", catches: "0.5", floor: "15 min" },
      TO_EVERYBODY,
    ],
  },
  standard: {
    label: "Standard",
    about: "1 %, 10 %, 50 %, everybody: what Steadfast takes when nothing else is said.",
    stages: [
      { share: "1", catches: "20", floor: "1 min" },
      { share: "10", catches: "2", floor: "2 min" },
      { share: "50", catches: "0.5", floor: "5 min" },
      TO_EVERYBODY,
    ],
  },
  fast: {
    label: "Fast",
    about: "Two short stages with coarse promises: for small changes that are easy to undo.",
    stages: [{ share: "5", catches: "10", floor: "30 s" }, { share: "50", catches: "2", floor: "1 min" }, TO_EVERYBODY],
  },
};

export const PLAN_NAMES: readonly PlanName[] = ["careful", "standard", "fast"];

export function rowsOf(plan: PlanName): readonly StageRow[] {
  return PLANS[plan].stages.map((stage, id) => ({ ...stage, id }));
}
