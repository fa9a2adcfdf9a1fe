import type { Subject } from "./subject.ts";
import { CONTEXT_COUNT, ROLLOUT_FLAG, ROLLOUT_PERCENT, STATIC_FLAG } from "./workload.ts";

/** Of 512 keys with a chance of 25 % each, 3.3 standard deviations: a different rule shows, chance does not. */
const SHARE_SLACK = 0.065;

/**
 * What is fast and wrong must not be measured: the same answers where the hash is the same, else the same rule and share.
 *
 * @throws {Error} naming the subject that answers otherwise
 */
export async function checkAgreement(subjects: readonly Subject[], isStaff: (index: number) => boolean): Promise<void> {
  const [reference] = subjects;
  if (reference === undefined) return;
  for (const subject of subjects) {
    let others = 0;
    let othersOn = 0;
    for (let index = 0; index < CONTEXT_COUNT; index++) {
      const isOn = await subject.isOn(ROLLOUT_FLAG, index);
      const isSame = isOn === (await reference.isOn(ROLLOUT_FLAG, index));
      if (await subject.isOn(STATIC_FLAG, index)) throw new Error(`${subject.name}: ${STATIC_FLAG} is on`);
      if ((subject.hashesAlike || isStaff(index)) && !isSame)
        throw new Error(`${subject.name}: ${ROLLOUT_FLAG} is answered differently for context ${index}`);
      if (isStaff(index)) continue;
      others += 1;
      if (isOn) othersOn += 1;
    }
    if (Math.abs(othersOn / others - ROLLOUT_PERCENT / 100) > SHARE_SLACK)
      throw new Error(`${subject.name}: ${ROLLOUT_FLAG} is on for ${othersOn} of ${others}`);
  }
}
