import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

/** Nearer to the end than this counts as being there. */
const nearEndPx = 48;

/**
 * Keeps a scroller at its end while it grows, until the reader scrolls up. `size` is its height.
 */
export function useFollow(scroller: RefObject<HTMLElement | null>, live: boolean, size: number) {
  const [following, setFollowing] = useState(live);
  const lastTop = useRef(0);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    element?.scrollTo({ top: element.scrollHeight });
  }, [scroller]);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const atEnd = scrollHeight - scrollTop - clientHeight < nearEndPx;
    // Content that grows above moves the end away without moving the reader: only a move upwards is theirs.
    const movedUp = scrollTop < lastTop.current - 1;
    lastTop.current = scrollTop;
    if (atEnd) setFollowing(true);
    else if (movedUp) setFollowing(false);
  }, [scroller]);

  useEffect(() => {
    if (live && following && size > 0) toEnd();
  }, [live, following, size, toEnd]);

  return {
    /** Whether "Back to live" is to be offered. */
    behind: live && !following,
    onScroll,
    stopFollowing: useCallback(() => setFollowing(false), []),
    backToLive: useCallback(() => {
      setFollowing(true);
      toEnd();
    }, [toEnd]),
  };
}
