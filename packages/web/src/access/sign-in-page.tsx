import { Button, PasswordInput } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "../api/api-problem.ts";
import { Logo } from "../shell/logo.tsx";
import { InAClone } from "../ui/in-a-clone.tsx";
import { usePageTitle } from "../ui/use-page-title.ts";
import { useSession } from "./session.ts";
import classes from "./sign-in-page.module.css";

const route = getRouteApi("/sign-in");

export function SignInPage() {
  const { returnTo = "/", ended = false } = route.useSearch();
  const { signIn } = useSession();
  const [token, setToken] = useState("");
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  usePageTitle("Sign in");

  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (!token.trim()) return setFault("Paste a token first.");
    setBusy(true);
    setFault(undefined);
    try {
      await signIn(token.trim(), returnTo);
    } catch (error) {
      setFault(faultOf(error));
      setBusy(false);
    }
  };

  return (
    <main className={classes.page}>
      <div className={classes.box}>
        <Logo />
        <h1>Sign in</h1>
        {ended ? (
          <p className={classes.ended} role="status">
            <IconLogout size={17} aria-hidden />
            <span>
              Your session has ended: it ran out, was left in another window, or its token was revoked. Sign in again,
              and you are back where you were.
            </span>
          </p>
        ) : (
          <p>See what is moving, and take it back when it hurts.</p>
        )}
        <form onSubmit={onSubmit} className={classes.form}>
          <PasswordInput
            label="Token"
            placeholder="sfd_…"
            autoFocus
            autoComplete="current-password"
            spellCheck={false}
            size="md"
            value={token}
            error={fault}
            onChange={(event) => setToken(event.currentTarget.value)}
            visibilityToggleButtonProps={{ "aria-label": "Show or hide the token" }}
          />
          <Button type="submit" size="md" loading={isBusy} fullWidth>
            Sign in
          </Button>
        </form>
        <details className={classes.help}>
          <summary>Where do I find a token?</summary>
          <p>
            <strong>You started this server.</strong> At its very first start it printed an admin token, once: look
            where <code>steadfast serve</code> or <code>npm start</code> wrote. If <code>STEADFAST_ADMIN_TOKEN</code>{" "}
            was set then, that is the token.
          </p>
          <p>
            <strong>Somebody else did.</strong> Whoever holds an admin token makes one for you, under Settings or on the
            command line:
          </p>
          <pre>steadfast token create --name "your name" --role operator</pre>
          <InAClone />
          <p>The browser keeps a session for twelve hours, never the token.</p>
        </details>
      </div>
    </main>
  );
}

function faultOf(error: unknown): string {
  if (!(error instanceof ApiProblem)) return "Something went wrong that nobody foresaw. Reload the page.";
  if (error.status !== 401) return error.message;
  return "The server does not know this token: it is mistyped, or was revoked. Copy it again, whole; or ask an admin for a new one (steadfast token create).";
}
