import { Button, Tooltip } from "@mantine/core";
import type { ComponentPropsWithoutRef } from "react";

type Props = Omit<ComponentPropsWithoutRef<typeof Button<"button">>, "disabled"> & {
  /** Why this person may not press it; `null`: they may. */
  readonly refusal: string | null;
};

/**
 * A button that is never hidden from those who may not press it: it stays in the order of the keyboard, and says why.
 * (A button with `disabled` takes no focus, so that its reason could not be read.)
 */
export function GatedButton({ refusal, onClick, ...rest }: Props) {
  return (
    <Tooltip
      label={refusal}
      disabled={refusal === null}
      multiline
      w={260}
      withinPortal={false}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Button
        {...rest}
        aria-disabled={refusal !== null}
        data-disabled={refusal !== null}
        onClick={(event) => {
          if (refusal === null) onClick?.(event);
          else event.preventDefault();
        }}
      />
    </Tooltip>
  );
}
