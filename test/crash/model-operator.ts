import fc from 'fast-check';
import { expect } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/base/index.ts';
import type { Model, ModelAllowance } from './model.ts';
import { commandsOf, pass, picked } from './model-command.ts';
import { SETTINGS, type SettingsName } from './model-settings.ts';
import { pick } from './model-step.ts';

// What happens to all purchases at once: time, the settings, allowances taken back, the kill switch.

/** Time passes, or the machine's clock is put back or ahead. */
export const wait = commandsOf(
  'wait',
  fc.constantFrom(
    ...[SECOND, SECOND, 20 * SECOND, 40 * SECOND, 61 * SECOND, 2 * MINUTE, 6 * MINUTE],
    ...[11 * MINUTE, 2 * HOUR, DAY, -MINUTE, -10 * MINUTE, -2 * HOUR, -DAY],
  ),
  { run: async (model, rig, ms) => pass(model, rig, ms) },
);

/** The operator edits the settings. */
export const operate = commandsOf(
  'settings',
  fc.constantFrom(...(Object.keys(SETTINGS) as SettingsName[]), 'usual', 'usual', 'ruled', 'ruled'),
  {
    async run(model, rig, name) {
      model.settings = name;
      rig.settings = name;
    },
  },
);

/** An allowance is taken back. */
export const revoke = commandsOf('revoke', pick, {
  can: ({ allowances }) => allowances.length > 0,
  async run(model, rig, choice) {
    const drawn = model.allowances.filter(one => isDrawnOn(model, one));
    const allowance = picked(drawn.length > 0 ? drawn : model.allowances, choice);
    if (allowance === undefined) return;
    const isLive = !allowance.revoked && allowance.expiresAt > model.now;
    allowance.revoked ||= isLive;
    expect(await rig.stores[1].allowances.revoke('local', allowance.id)).toBe(isLive);
  },
});

const mostlyOff = fc.nat(4).map(n => n === 0);

/** Whether a payment under way was approved by this allowance. */
function isDrawnOn({ tasks }: Model, { id }: ModelAllowance): boolean {
  return tasks.some(
    ({ phase }) => phase.is === 'held' && phase.yes.by === 'allowance' && phase.yes.grant === id,
  );
}

/** The kill switch is pulled, or a human lets spending go on. */
export const stop = commandsOf('kill switch', mostlyOff, {
  async run(model, rig, isPaused) {
    const isNew = model.paused !== isPaused;
    model.paused = isPaused;
    const { killSwitch } = rig.stores[0];
    expect(await (isPaused ? killSwitch.pause() : killSwitch.resume())).toBe(isNew);
  },
});
