import type { ReactNode } from 'react';

/** Drawn here: a dozen shapes do not need a package. Decoration only, so hidden from assistive technology. */
function Icon({ children, filled = false }: { children: ReactNode; filled?: boolean }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="1.125em"
      height="1.125em"
      aria-hidden="true"
      fill={filled ? 'currentColor' : 'none'}
      stroke={filled ? 'none' : 'currentColor'}
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}

export const SearchIcon = () => (
  <Icon>
    <circle cx="11" cy="11" r="6.5" />
    <path d="m16 16 4.5 4.5" />
  </Icon>
);
export const TrashIcon = () => (
  <Icon>
    <path d="M4 7h16M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10 11v5M14 11v5" />
  </Icon>
);
export const PlayIcon = () => (
  <Icon filled>
    <path d="M7 4.5v15l12.5-7.5z" />
  </Icon>
);
export const PauseIcon = () => (
  <Icon filled>
    <path d="M6.5 5h4v14h-4zM13.5 5h4v14h-4z" />
  </Icon>
);
export const StopIcon = () => (
  <Icon filled>
    <rect x="5.5" y="5.5" width="13" height="13" rx="1.5" />
  </Icon>
);
export const RecordIcon = () => (
  <Icon filled>
    <circle cx="12" cy="12" r="7" />
  </Icon>
);
export const MoreIcon = () => (
  <Icon filled>
    <circle cx="5" cy="12" r="1.8" />
    <circle cx="12" cy="12" r="1.8" />
    <circle cx="19" cy="12" r="1.8" />
  </Icon>
);
export const EditIcon = () => (
  <Icon>
    <path d="M4.5 19.5l.8-4L16 4.8l3.2 3.2L8.5 18.7zM13.8 7l3.2 3.2" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="M12 5v14M6 13l6 6 6-6" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);
export const RetryIcon = () => (
  <Icon>
    <path d="M19 12a7 7 0 1 1-2.2-5.1M19 4v4.5h-4.5" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <path d="M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9" />
  </Icon>
);
