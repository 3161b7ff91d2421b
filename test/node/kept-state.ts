import { systemClock } from '../../src/base/index.ts';
import type { NodePlace, NodeState } from '../../src/node/index.ts';
import { takeLock } from '../../src/node/lock.ts';
import { writeNote } from '../../src/node/note.ts';
import { processOf } from '../../src/node/process-id.ts';

/** Has a node's state told as if by its keeper, which this process plays from then on. */
export async function keeps(place: NodePlace, state: Partial<NodeState>): Promise<void> {
  await takeLock(place.lock);
  writeNote(place.state, { ...state, at: systemClock.now(), keeper: processOf(process.pid) });
}
