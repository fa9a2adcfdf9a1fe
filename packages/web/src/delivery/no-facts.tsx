import { Link } from "@tanstack/react-router";
import { CommandLines } from "../ui/command-lines.tsx";

const tellOfADeployment = ({ service, environment }: Required<Props>) =>
  `curl -X POST ${window.location.origin}/api/v1/deployments \\
  -H "Authorization: Bearer $STEADFAST_TOKEN" -H "Content-Type: application/json" \\
  -d '{"service":"${service}","environment":"${environment}","revision":"'$(git rev-parse HEAD)'"}'`;

type Props = { readonly service?: string; readonly environment?: string };

/** What would make figures. */
export function NoFacts({ service = "shop", environment = "production" }: Props) {
  return (
    <>
      <p>
        Figures are made of what sources tell. <Link to="/settings/sources">Connect GitHub or GitLab</Link> and say
        which repositories a service has; or send CDEvents, DevLake's webhooks, or one line at the end of a deployment.
        A flag's rollouts count by themselves once the flag has a service.
      </p>
      <CommandLines label="Tell of a deployment" lines={tellOfADeployment({ service, environment })} />
    </>
  );
}
