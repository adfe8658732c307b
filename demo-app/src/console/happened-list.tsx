/** What happened in the fleet since the page was opened, newest first. */
import { timeText } from '../ui/words.ts';
import { useFleet } from './fleet.tsx';

export function HappenedList() {
  const { happened } = useFleet();
  return (
    <section className="card pad stack" aria-labelledby="happened">
      <h2 id="happened">What happens</h2>
      {happened.length === 0 && (
        <p className="soft">Lines that break, replicas that come back and what they had to tell show here.</p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must reach that */}
      <div className="happened small" role="log" aria-label="What happens" tabIndex={0}>
        {happened.map(({ key, atMs, text, tone }) => (
          <p key={key}>
            <span className="soft">{timeText(new Date(atMs).toISOString())}</span>
            <span className={tone}>{text}</span>
          </p>
        ))}
      </div>
    </section>
  );
}
