const reasons = new Set<string>();

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** While there is a reason, the browser asks before the page is left. */
export function guardLeaving(reason: 'recording' | 'unsaved audio' | 'documents', holds: boolean): void {
  if (holds) reasons.add(reason);
  else reasons.delete(reason);
  // Adding the same listener again changes nothing.
  if (reasons.size > 0) addEventListener('beforeunload', warn);
  else removeEventListener('beforeunload', warn);
}
