/**
 * Town: a small tree of real replicas whose frames are passed by hand.
 *
 *   hq (authority) ─┬─ berlin (store) ── till (terminal)
 *                   └─ hamburg (store), which only ever tells the truth
 *
 * Every frame goes through its bytes, every turn through a journal. Time stands still
 * unless `pass` moves it. `seen` keeps the bytes of each frame for mutations to begin with.
 */
import {
  type Answer,
  type Command,
  type Directory,
  defaultSettings,
  type JournalView,
  type Now,
  type Out,
  PARENT,
  Replica,
  type ReplicaId,
  type ReplicaKind,
  type Stored,
  type Writes,
} from '@tallystick/crdt';
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type Hello,
  MalformedBytes,
  type StockFrame,
} from '@tallystick/crdt/wire';
import { SimDisk } from '../sim/disk.ts';
import { sha256 } from '../sim/sha256.ts';

const NOON = 1_767_607_200_000;
const AGREED = { protocol: 1, channels: [{ name: 'stock', version: 1 }] };

/** More than any honest exchange of a handful of frames needs. */
const ROUNDS_MAX = 400;

export interface MemberJournal {
  readonly view: JournalView;
  load(): Stored;
  commit(writes: Writes): unknown;
}

export function onSimDisk(disk: SimDisk): MemberJournal {
  return {
    view: disk,
    load: () => disk.stored(),
    commit: (writes) => {
      disk.commit(writes);
      disk.fsync();
    },
  };
}

interface Letter {
  readonly from: Member;
  readonly to: Member;
  readonly bytes: Uint8Array;
  readonly kind: Frame['kind'];
}

export class Member {
  readonly replica: Replica;
  readonly parent: Member | undefined;
  readonly #town: Town;
  readonly #journal: MemberJournal;
  readonly answers: Answer[] = [];
  hangUps = 0;
  isLinked = false;
  /** Whether the last turn had anything to make durable. */
  wrote = false;

  constructor(town: Town, id: string, kind: ReplicaKind, parent: Member | undefined, journal: MemberJournal) {
    this.#town = town;
    this.parent = parent;
    this.#journal = journal;
    const settings = defaultSettings(id as ReplicaId, kind);
    this.replica = new Replica(
      { ...settings, link: { ...settings.link, gatherMs: 0 } },
      journal.load(),
      journal.view,
      { sha256, nonce: () => town.nonce(), directory: town.directory },
    );
  }

  get id(): ReplicaId {
    return this.replica.settings.replica;
  }

  /** What is done in a turn, its commit, and then what leaves. */
  turn(act: (replica: Replica, now: Now) => void = () => {}): Out {
    const { now } = this.#town;
    act(this.replica, now);
    const writes = this.replica.endTurn(now);
    this.wrote = writes !== undefined;
    if (writes !== undefined) this.#journal.commit(writes);
    const out = this.replica.keep(now);
    for (const { answer } of out.answers) this.answers.push(answer);
    for (const { to, frame } of out.frames) {
      const peer = to === PARENT ? this.parent : this.#town.members.get(to);
      if (peer !== undefined) this.#town.post(this, peer, frame);
    }
    for (const { peer } of out.hangUps) {
      this.hangUps += 1;
      (peer === PARENT ? this : this.#town.members.get(peer))?.cut();
    }
    return out;
  }

  /** Runs a command; its answer, if it has one already. */
  do(command: Command): Answer | undefined {
    const before = this.answers.length;
    this.turn((replica, now) => replica.execute(1, command, now));
    return this.answers[before];
  }

  hear(from: Member, frame: Frame): Out {
    return this.turn((replica, now) => {
      if (frame.kind === 'welcome') replica.linkUp(frame, now);
      else replica.frame(from === this.parent ? PARENT : from.id, frame as StockFrame, now);
    });
  }

  hello(): Hello {
    return {
      kind: 'hello',
      protocol: { min: 1, max: 1 },
      channels: [{ name: 'stock', min: 1, max: 1 }],
      replicaKind: this.replica.settings.kind,
      wantsLevels: true,
      catalogueVersion: 0,
      signature: new Uint8Array(64),
      ...this.replica.uplink.hello(),
    };
  }

  /** Says hello to the parent, as itself or with another's words; the welcome is then on its way. */
  link(hello: Hello = this.hello()): boolean {
    let isOpen = false;
    this.parent?.turn((replica, now) => {
      isOpen = replica.childUp(hello, AGREED, now).ok;
    });
    this.isLinked = isOpen;
    return isOpen;
  }

  /** The link to the parent goes, with all that was on it. */
  cut(): void {
    const { parent } = this;
    if (parent === undefined) return;
    this.isLinked = false;
    this.#town.forget(this, parent);
    this.turn((replica, now) => replica.linkDown(now));
    parent.turn((replica) => replica.childDown(this.id));
  }
}

export class Town {
  now: Now = { wallMs: NOON, monotonicMs: 10_000, bootId: '0b'.repeat(16) };
  readonly members = new Map<string, Member>();
  readonly seen: Letter[] = [];
  /** Kinds of frames that a replica of ours wrote and another could not read. */
  readonly unreadable = new Set<Frame['kind']>();
  readonly hqDisk = new SimDisk();
  readonly hq: Member;
  readonly berlin: Member;
  readonly hamburg: Member;
  readonly till: Member;
  #mail: Letter[] = [];
  #nonce = 0;

  readonly directory: Directory = {
    keeperOf: (location) =>
      location === 'berlin' || location === 'hamburg' ? (location as string as ReplicaId) : undefined,
    isShared: () => false,
    parentOf: () => undefined,
  };

  constructor(berlin: MemberJournal = onSimDisk(new SimDisk())) {
    this.hq = this.#add('hq', 'authority', undefined, onSimDisk(this.hqDisk));
    this.berlin = this.#add('berlin', 'store', this.hq, berlin);
    this.hamburg = this.#add('hamburg', 'store', this.hq, onSimDisk(new SimDisk()));
    this.till = this.#add('till', 'terminal', this.berlin, onSimDisk(new SimDisk()));
  }

  #add(id: string, kind: ReplicaKind, parent: Member | undefined, journal: MemberJournal): Member {
    const member = new Member(this, id, kind, parent, journal);
    this.members.set(id, member);
    const parentWriter = parent?.replica.ledger.self.writer ?? null;
    member.turn((replica, now) => replica.beginLife(parentWriter, now));
    if (parent !== undefined) member.link();
    this.calm();
    return member;
  }

  nonce(): string {
    this.#nonce += 1;
    return this.#nonce.toString(16).padStart(32, '0');
  }

  post(from: Member, to: Member, frame: Frame): void {
    const letter = { from, to, bytes: encodeFrame(frame), kind: frame.kind };
    this.#mail.push(letter);
    this.seen.push(letter);
  }

  forget(a: Member, b: Member): void {
    this.#mail = this.#mail.filter(({ from, to }) => !((from === a && to === b) || (from === b && to === a)));
  }

  /** Delivers what is on its way, and what comes of it. @returns false where it never comes to rest. */
  calm(): boolean {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const letter = this.#mail.shift();
      if (letter === undefined) return true;
      this.#deliver(letter);
    }
    return false;
  }

  /** As at the edge of a real replica: bytes that are no frame end the link they came by. */
  #deliver({ from, to, bytes, kind }: Letter): void {
    try {
      to.hear(from, decodeFrame(bytes));
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.unreadable.add(kind);
      (from === to.parent ? to : from).cut();
    }
  }

  /** Lets time pass, so that what is due again is sent again and who was cut off says hello. */
  calmFor(ms: number, stepMs = 1_000): boolean {
    let isCalm = true;
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.now = {
        ...this.now,
        wallMs: this.now.wallMs + stepMs,
        monotonicMs: this.now.monotonicMs + stepMs,
      };
      for (const member of this.members.values()) {
        if (member.parent !== undefined && !member.isLinked) member.link();
        member.turn();
      }
      isCalm = this.calm() && isCalm;
    }
    return isCalm;
  }
}
