import { type Clock, SECOND } from '../../../base/index.ts';
import { type NodePlace, type NodeState, readNodeState } from '../../../node/index.ts';

/** How often the state is looked at, ms. */
const LOOK_MS: number = SECOND / 4;

/** What is waited for, and how. */
export interface StateWait {
  readonly place: NodePlace;
  readonly clock: Clock;
  /** How long to wait at most, ms. */
  readonly ms: number;
  /** Whether a state is what was waited for, or rules it out. */
  readonly isEnd: (state: NodeState) => boolean;
  /** Sees every state that is looked at. */
  readonly look?: (state: NodeState) => void;
  /** Told of each state that is another than the one before. */
  readonly tell: (state: NodeState) => void;
  readonly signal?: AbortSignal;
}

/** Waits for a state of the node; the last one that was seen, whether it is that or not. */
export async function watchState(wait: StateWait): Promise<NodeState> {
  const { place, clock, signal } = wait;
  const until = clock.now() + wait.ms;
  for (let told: string | undefined; ; await clock.after(LOOK_MS, signal)) {
    const state = await readNodeState(place, clock);
    wait.look?.(state);
    const { at: _, ...said } = state;
    const now = JSON.stringify(said);
    if (now !== told) wait.tell(state);
    told = now;
    if (wait.isEnd(state) || clock.now() >= until || signal?.aborted) return state;
  }
}
