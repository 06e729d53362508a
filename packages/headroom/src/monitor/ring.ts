export interface Ring<T> {
  push(item: T): void;
  /** Lets go of the oldest, one by one, as long as they are over. */
  dropWhile(isOver: (item: T) => boolean): void;
  /** Oldest first. */
  items(): T[];
  readonly size: number;
}

/** The last `capacity` items. */
export function createRing<T>(capacity: number): Ring<T> {
  const slots: (T | undefined)[] = [];
  let first = 0;
  let size = 0;
  return {
    push(item) {
      slots[(first + size) % capacity] = item;
      if (size < capacity) size += 1;
      else first = (first + 1) % capacity;
    },
    dropWhile(isOver) {
      while (size > 0 && isOver(slots[first] as T)) {
        slots[first] = undefined;
        first = (first + 1) % capacity;
        size -= 1;
      }
    },
    items: () => Array.from({ length: size }, (_, place) => slots[(first + place) % capacity] as T),
    get size() {
      return size;
    },
  };
}
