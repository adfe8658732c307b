/** While the till cannot sell: why, and what to do. */
import { useTill } from './use-till.ts';

export function NotOpen() {
  const { now } = useTill();
  const isLost = now.state === 'failed' || now.state === 'closed';
  return (
    <main className="sign-in stack">
      <h1>{isLost ? 'This till cannot open' : 'One moment …'}</h1>
      <p className="soft" role="status">
        {now.state === 'waiting' && 'Another tab has this till. Close that one, and it opens here.'}
        {now.state === 'starting' && 'It meets its shop for the first time. This needs the network, once.'}
        {isLost && now.error?.message}
      </p>
      {isLost && (
        <button
          type="button"
          className="btn"
          onClick={() => {
            localStorage.removeItem('tallystick-till');
            location.reload();
          }}
        >
          Make this device a new till
        </button>
      )}
    </main>
  );
}
