import type { ReplicaKind } from '../entry/entry.ts';
import type { ReplicaId } from '../ids.ts';
import { defaultSettings, type ReplicaSettings } from './settings.ts';

/** The defaults, but nothing gathers: in a world time stands still. */
export function hastySettings(replica: ReplicaId, kind: ReplicaKind): ReplicaSettings {
  const settings = defaultSettings(replica, kind);
  return {
    ...settings,
    link: { ...settings.link, gatherMs: 0 },
    policy: { ...settings.policy, spreadEveryMs: 0 },
  };
}
