/**
 * Keeps the screen on: phones stop recording when theirs goes off. Browsers take the lock away when the page is hidden, so
 * it is asked for again when it is seen. Where there are no wake locks, or they are refused, nothing happens.
 */
export function keepScreenOn(): () => void {
  let lock: WakeLockSentinel | null = null;
  let wanted = true;

  const acquire = async () => {
    if (!wanted || document.visibilityState !== 'visible' || !navigator.wakeLock) return;
    const taken = await navigator.wakeLock.request('screen').catch(() => null);
    if (wanted) lock = taken;
    else await taken?.release();
  };
  const onVisible = () => void acquire();
  document.addEventListener('visibilitychange', onVisible);
  void acquire();

  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', onVisible);
    void lock?.release().catch(() => {});
  };
}
