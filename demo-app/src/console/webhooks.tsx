/** Webhook endpoints, how far each is, and every attempt. */
import type { Answer } from '@tallystick/client-sdk';
import { useTallystick } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { Field } from '../ui/field.tsx';
import { usePolled } from '../ui/polled.ts';
import { to } from '../ui/route.ts';
import { Empty, Ready } from '../ui/states.tsx';
import { timeText } from '../ui/words.ts';
import { ActButton, ActForm, Said, useAct } from './act.tsx';

type Webhook = Answer<'get', '/v1/webhooks'>['items'][number];

export function Webhooks({ open }: { readonly open: string | undefined }) {
  const client = useTallystick();
  const { now, again } = usePolled(
    'webhooks',
    async (signal) => (await client.get('/v1/webhooks', { signal })).items,
    2_000,
  );
  return (
    <div className="stack">
      <section className="card pad stack" aria-labelledby="endpoints">
        <h2 id="endpoints">Who is told</h2>
        <Ready of={now}>
          {(items) =>
            items.length === 0 ? (
              <Empty>Nobody is told of anything yet. Add an address below.</Empty>
            ) : (
              <ul className="list">
                {items.map((item) => (
                  <Endpoint key={item.id} webhook={item} isOpen={item.id === open} onDone={again} />
                ))}
              </ul>
            )
          }
        </Ready>
      </section>
      <Add onDone={again} />
    </div>
  );
}

function Endpoint({
  webhook: { id, url, isEnabled, disabledBecause, deliveredUpTo, attempts, types },
  isOpen,
  onDone,
}: {
  readonly webhook: Webhook;
  readonly isOpen: boolean;
  readonly onDone: () => void;
}) {
  const client = useTallystick();
  const act = useAct();
  return (
    <li className="stack">
      <div className="row">
        <b>{id}</b>
        <span className="soft url">{url}</span>
        <span className={`tag ${!isEnabled ? 'bad' : attempts > 0 ? 'warn' : 'good'}`}>
          {!isEnabled ? 'off' : attempts > 0 ? `tried ${attempts} times` : 'up to date'}
        </span>
      </div>
      <p className="small soft">
        {types.length === 0 ? 'All events' : types.join(', ')}, told up to {deliveredUpTo}.
        {disabledBecause !== null && ` Turned off: ${disabledBecause}`}
      </p>
      <div className="row">
        <ActButton
          act={act}
          run={() => answered(client.post('/v1/webhooks/{id}/test', { path: { id } }))}
          done={(said) => attemptText(said as Attempt)}
        >
          Send a test
        </ActButton>
        <ActButton
          act={act}
          run={() =>
            client
              .patch('/v1/webhooks/{id}', { path: { id }, body: { isEnabled: !isEnabled } })
              .finally(onDone)
          }
          done={isEnabled ? 'It is off.' : 'It goes on where it stopped.'}
        >
          {isEnabled ? 'Turn off' : 'Turn on'}
        </ActButton>
        <a className="btn small plain" href={isOpen ? to('webhooks') : to('webhooks', id)}>
          {isOpen ? 'Hide attempts' : 'Show attempts'}
        </a>
      </div>
      <Said act={act} />
      {isOpen && <Deliveries id={id} />}
    </li>
  );
}

interface Attempt {
  readonly status: number | null;
  readonly error?: string | undefined;
  readonly durationMs: number;
}

/** @throws Error in words where the other side did not take it */
async function answered(asking: Promise<Attempt>): Promise<Attempt> {
  const attempt = await asking;
  if (attempt.status === null || attempt.status >= 300) throw new Error(attemptText(attempt));
  return attempt;
}

function attemptText({ status, error, durationMs }: Attempt) {
  return status === null
    ? `No answer: ${error ?? 'the line broke'}.`
    : `It answered ${status} in ${durationMs} ms.`;
}

function Deliveries({ id }: { readonly id: string }) {
  const client = useTallystick();
  const act = useAct();
  const { now, again } = usePolled(
    `deliveries ${id}`,
    async (signal) =>
      (await client.get('/v1/webhooks/{id}/deliveries', { path: { id }, query: { limit: 30 }, signal }))
        .items,
    2_000,
  );
  return (
    <Ready of={now}>
      {(items) =>
        items.length === 0 ? (
          <Empty>Nothing was sent yet.</Empty>
        ) : (
          <>
            <ul className="list inset">
              {items.map((item) => (
                <li key={item.eventId} className="row small">
                  <b>{item.type}</b>
                  <span className="soft">event {item.eventId}</span>
                  <span
                    className={`tag ${item.state === 'delivered' ? 'good' : item.state === 'failed' ? 'bad' : 'warn'}`}
                  >
                    {item.state}
                  </span>
                  <span className="soft">
                    {item.attempts
                      .map(({ at, status }) => `${timeText(at)} ${status ?? 'no answer'}`)
                      .join(' · ')}
                  </span>
                  <ActButton
                    act={act}
                    isPlain
                    run={() =>
                      answered(
                        client.post('/v1/webhooks/{id}/deliveries/{eventId}/redeliver', {
                          path: { id, eventId: item.eventId },
                        }),
                      ).finally(again)
                    }
                    done={(said) => attemptText(said as Attempt)}
                  >
                    Send again
                  </ActButton>
                </li>
              ))}
            </ul>
            <Said act={act} />
          </>
        )
      }
    </Ready>
  );
}

function Add({ onDone }: { readonly onDone: () => void }) {
  const client = useTallystick();
  const act = useAct();
  const [id, setId] = useState('');
  const [url, setUrl] = useState('');
  return (
    <section className="card pad stack" aria-labelledby="add">
      <h2 id="add">Tell somebody</h2>
      <ActForm
        act={act}
        submit="Add"
        run={() => client.post('/v1/webhooks', { body: { id, url } }).finally(onDone)}
        done={(made) => `Keep this secret, it is shown once: ${(made as { secret: string }).secret}`}
      >
        <Field label="Name" required value={id} onText={setId} />
        <Field label="Address" type="url" required placeholder="https://" value={url} onText={setUrl} />
      </ActForm>
    </section>
  );
}
