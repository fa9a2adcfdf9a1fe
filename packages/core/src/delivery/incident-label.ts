/** `incident`, `incident:staging`, GitLab's scoped `incident::staging`. */
const INCIDENT_LABEL = /^(?:incident|outage|production-incident)(?:::?(.+))?$/i;

/**
 * An issue with this label is an incident.
 *
 * @returns `undefined`: this label says nothing of the kind. `environment`: as the label names it, in any spelling; `null`: it names none
 */
export function readIncidentLabel(label: string): { readonly environment: string | null } | undefined {
  const found = INCIDENT_LABEL.exec(label.trim());
  return found === null ? undefined : { environment: found[1]?.trim() || null };
}
