import type { TaskId } from '../base/index.ts';
import { previewOf, type Received } from '../http/index.ts';
import type { Answer } from './fact.ts';
import type { Bodies } from './store.ts';

/**
 * Keeps a seller's body, if there is room for it, and returns what the record says of the answer. A full
 * disk costs the body, never the record of what was paid.
 */
export async function keepAnswer(
  bodies: Bodies,
  taskId: TaskId,
  { url, status, contentType, bytes, sha256 }: Received,
): Promise<Answer> {
  const preview = previewOf(bytes, contentType);
  const kept = await bodies.put(taskId, bytes).catch(() => false);
  return { url, status, contentType, bytes: bytes.byteLength, sha256, preview, kept };
}
