import { IconArrowBackUp, IconPower } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { answerOf, api } from "../api/client.ts";
import type { FlagState } from "../api/types.ts";
import { formatPercent } from "../ui/format.ts";
import { GatedButton } from "../ui/gated-button.tsx";
import { ReasonDialog } from "../ui/reason-dialog.tsx";
import { FLAGS_KEY } from "./flag-queries.ts";
import { useFlagRefusal } from "./flag-refusal.ts";
import classes from "./kill-switch.module.css";

type Props = { readonly state: FlagState; readonly environmentName: string };

const OFF_SUGGESTIONS = ["Errors are up", "Users report a problem", "As a precaution"];
const ON_SUGGESTIONS = ["The cause is mended", "It was something else", "Switched off by mistake"];

/** Takes the flag away from everybody at once, and gives it back as it was. Alt+K reaches it from anywhere on the page. */
export function KillSwitch({ state, environmentName }: Props) {
  const [isOpen, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const refusal = useFlagRefusal(state.environment);
  const isOn = state.definition.state === "ENABLED";
  useKillShortcut(refusal === null && !isOpen, () => setOpen(true));

  const path = { environment: state.environment, key: state.key };
  const switchOff = (reason: string) =>
    answerOf(api.POST("/api/v1/environments/{environment}/flags/{key}/off", { params: { path }, body: { reason } }));
  const act = async (reason: string) => {
    await (isOn ? switchOff(reason) : switchOn(state, reason));
    await queryClient.invalidateQueries({ queryKey: FLAGS_KEY });
  };
  return (
    <>
      <GatedButton
        size="md"
        className={isOn ? classes.off : undefined}
        variant={isOn ? "filled" : "default"}
        color={isOn ? "red" : "blue"}
        refusal={refusal}
        leftSection={isOn ? <IconPower size={18} aria-hidden /> : <IconArrowBackUp size={18} aria-hidden />}
        aria-keyshortcuts="Alt+K"
        data-testid="kill-switch"
        onClick={() => setOpen(true)}
      >
        {isOn ? "Switch off" : "Switch on again"}
      </GatedButton>
      {isOpen && (
        <ReasonDialog
          title={
            isOn
              ? `Switch ${state.key} off in ${environmentName}?`
              : `Switch ${state.key} on again in ${environmentName}?`
          }
          confirmLabel={isOn ? "Switch off" : "Switch on again"}
          isDangerous={isOn}
          suggestions={isOn ? OFF_SUGGESTIONS : ON_SUGGESTIONS}
          onConfirm={act}
          onClose={() => setOpen(false)}
        >
          {isOn ? <OffConsequence state={state} /> : <OnConsequence />}
        </ReasonDialog>
      )}
    </>
  );
}

function OffConsequence({ state }: { state: FlagState }) {
  return (
    <>
      Everybody gets <strong>the code's default</strong> within seconds, whatever the rules say. Variants and rules are
      kept: it can be switched on again as it is.
      {state.rollout && (
        <>
          {" "}
          The rollout of <strong>{state.rollout.candidate}</strong>, at {formatPercent(state.rollout.share)} now,{" "}
          <strong>stops for good</strong>; another can be started later.
        </>
      )}
    </>
  );
}

function OnConsequence() {
  return <>It serves what it served before it was switched off. A rollout that was stopped does not start again.</>;
}

/** Restores the version before the switch; when others wrote in between, only the switch is turned. */
async function switchOn(state: FlagState, reason: string): Promise<unknown> {
  const path = { environment: state.environment, key: state.key };
  const page = await answerOf(
    api.GET("/api/v1/environments/{environment}/flags/{key}/versions", { params: { path, query: { limit: 1 } } }),
  );
  const [newest] = page.items;
  const header = { "if-match": `"${state.version}"` };
  if (newest?.type === "flag.switched-off" && newest.version === state.version && newest.version > 1) {
    const body = { version: newest.version - 1, reason };
    return answerOf(
      api.POST("/api/v1/environments/{environment}/flags/{key}/restore", { params: { path, header }, body }),
    );
  }
  return answerOf(
    api.PUT("/api/v1/environments/{environment}/flags/{key}", {
      params: { path, header },
      body: { state: "ENABLED", reason },
    }),
  );
}

function useKillShortcut(isArmed: boolean, onPress: () => void): void {
  useEffect(() => {
    if (!isArmed) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyK") return;
      event.preventDefault();
      onPress();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isArmed, onPress]);
}
