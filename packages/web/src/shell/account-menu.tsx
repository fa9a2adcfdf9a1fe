import { ActionIcon, Button, isMantineColorScheme, Popover, useMantineColorScheme } from "@mantine/core";
import { IconKeyboard, IconLogout, IconUserCircle } from "@tabler/icons-react";
import { useState } from "react";
import { useMe, useSession } from "../access/session.ts";
import classes from "./account-menu.module.css";
import { useCommands } from "./commands.ts";

const SCHEMES = [
  { value: "auto", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

/** Who is signed in, how the page looks, and the way out. */
export function AccountMenu() {
  const me = useMe();
  const { signOut } = useSession();
  const { openHelp } = useCommands();
  const [fault, setFault] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      width={240}
      shadow="md"
      trapFocus
      withinPortal={false}
    >
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={34}
          aria-label="Account and appearance"
          onClick={() => setOpen(!isOpen)}
        >
          <IconUserCircle size={21} stroke={1.6} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label="Account and appearance" className={classes.menu}>
        {me && (
          <p className={classes.who}>
            Signed in as <strong>{me.name}</strong>
            <span>
              {me.role}
              {me.environment ? `, ${me.environment} only` : ", every environment"}
            </span>
          </p>
        )}
        <SchemeChoice />
        <Button
          variant="default"
          leftSection={<IconKeyboard size={16} aria-hidden />}
          onClick={() => {
            setOpen(false);
            openHelp();
          }}
        >
          Keyboard help
        </Button>
        <Button variant="default" leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void leave()}>
          Sign out
        </Button>
        {fault && <p role="alert">{fault}</p>}
      </Popover.Dropdown>
    </Popover>
  );
}

function SchemeChoice() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <fieldset className={classes.schemes}>
      <legend>Appearance</legend>
      {SCHEMES.map(({ value, label }) => (
        <label key={value}>
          <input
            type="radio"
            name="color-scheme"
            value={value}
            checked={colorScheme === value}
            onChange={(event) => {
              const chosen = event.currentTarget.value;
              if (isMantineColorScheme(chosen)) setColorScheme(chosen);
            }}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
