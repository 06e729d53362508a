import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Track } from '@hansard/protocol';
import { api } from '../../app/api.ts';
import { createPlayer, type Player, type PlayerState } from './player.ts';
import { stretchesOf } from './timeline.ts';

/** One player for a meeting, given up with the page. */
export function usePlayer(meetingId: string, tracks: readonly Track[] | undefined): [Player, PlayerState] {
  const [player] = useState(() =>
    createPlayer({
      openSound(trackId) {
        const sound = new Audio();
        sound.preload = 'metadata';
        sound.src = api.audioUrl(meetingId, trackId);
        return sound;
      },
      closeSound(sound) {
        // Ends the download: an element without a source holds nothing.
        if (sound instanceof HTMLAudioElement) sound.removeAttribute('src');
      },
    }),
  );
  const state = useSyncExternalStore(player.subscribe, player.getSnapshot);
  useEffect(() => {
    if (tracks) player.setStretches(stretchesOf(tracks));
  }, [player, tracks]);
  useEffect(() => () => player.pause(), [player]);
  return [player, state];
}
