/** The requests under way of each holder of a token, or client of free ones. */
export interface Underway {
  /** Whether one more may begin. */
  begin(holder: string): boolean;
  end(holder: string): void;
}

/** Opens the count, of at most so many for one holder: no single one takes every connection to an upstream. */
export function openUnderway(most: number): Underway {
  const counts = new Map<string, number>();
  return {
    begin(holder) {
      const count = counts.get(holder) ?? 0;
      if (count >= most) return false;
      counts.set(holder, count + 1);
      return true;
    },
    end(holder) {
      const left = (counts.get(holder) ?? 1) - 1;
      if (left > 0) counts.set(holder, left);
      else counts.delete(holder);
    },
  };
}
