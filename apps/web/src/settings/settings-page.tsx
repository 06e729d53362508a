import { strings } from '../strings.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { Appearance } from './appearance.tsx';
import { DeviceStorage } from './device-storage.tsx';
import { EngineList } from './engine-list.tsx';
import { TryIt } from './try-it.tsx';
import classes from './settings.module.css';

export default function SettingsPage() {
  usePageTitle(strings.settings.title);
  return (
    <div className={classes.page}>
      <h1 className={classes.heading}>{strings.settings.title}</h1>
      <section className={classes.section}>
        <h2>{strings.engines.title}</h2>
        <EngineList />
        <TryIt />
      </section>
      <section className={classes.section}>
        <h2>{strings.settings.appearance}</h2>
        <Appearance />
      </section>
      <section className={classes.section}>
        <h2>{strings.settings.storage}</h2>
        <DeviceStorage />
      </section>
    </div>
  );
}
