import classes from "./role-field.module.css";
import { ROLE_CHOICES, type TokenRole } from "./token-roles.ts";

/** The roles, each with whom it is for and what it may do. */
export function RoleField({ role: chosen, onChange }: { role: TokenRole; onChange: (role: TokenRole) => void }) {
  return (
    <fieldset className={classes.roles}>
      <legend>Role</legend>
      {ROLE_CHOICES.map(({ role, forWhom, may }) => (
        <label key={role}>
          <input type="radio" name="role" value={role} checked={role === chosen} onChange={() => onChange(role)} />
          <span>
            <strong>{role}</strong> <span className={classes.whom}>{forWhom}</span>
            <span className={classes.may}>{may}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
