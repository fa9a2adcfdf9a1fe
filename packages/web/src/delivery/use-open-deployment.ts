import { useNavigate } from "@tanstack/react-router";

/** Opens what a deployment brought. For points of a drawing: with the keyboard one gets there by the figures. */
export function useOpenDeployment(): (id: string) => void {
  const navigate = useNavigate({ from: "/delivery" });
  return (id) => void navigate({ search: (search) => ({ ...search, open: `deployment:${id}` }) });
}
