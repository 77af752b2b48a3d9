import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Change, Session } from "../src/api/session";

/** Messages that have been sent; nothing arrives before `deliver`, and in any order it likes. */
let sent: (() => void)[] = [];
let channels: Channel[] = [];

class Channel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly tab = running;
  constructor(readonly name: string) {
    channels.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of channels.filter((each) => each !== this && each.name === this.name)) {
      sent.push(() => within(other.tab, () => other.onmessage?.({ data: structuredClone(data) })));
    }
  }
}

interface Tab {
  kept: Map<string, string>;
  session: Session;
  heard: Change[];
}

let running: Tab;

/** Do something in a tab, whose storage is its own. */
function within<Result>(tab: Tab, work: () => Result): Result {
  const before = running;
  running = tab;
  try {
    return work();
  } finally {
    running = before;
  }
}

function open(): Tab {
  const tab: Tab = { kept: new Map(), session: new Session(), heard: [] };
  tab.session.onChange((change) => tab.heard.push(change));
  within(tab, () => tab.session.join());
  deliver();
  vi.advanceTimersByTime(1000);
  return tab;
}

function tokenOf(tab: Tab): string | null {
  return within(tab, () => tab.session.token);
}

function deliver(): void {
  while (sent.length) sent.shift()?.();
}

beforeEach(() => {
  sent = [];
  channels = [];
  vi.useFakeTimers({ now: 1000 });
  vi.stubGlobal("document", { baseURI: "https://console.example/prod/" });
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => running.kept.get(key) ?? null,
    setItem: (key: string, value: string) => running.kept.set(key, value),
    removeItem: (key: string) => running.kept.delete(key),
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a new tab is handed the session, and a logout in one reaches all", () => {
  const first = open();
  within(first, () => first.session.begin("alice"));
  const second = open();
  expect(tokenOf(second)).toBe("alice");
  within(second, () => second.session.end());
  deliver();
  expect([tokenOf(first), first.heard]).toEqual([null, ["left"]]);
  const third = open();
  expect(tokenOf(third)).toBeNull();
});

test("a new tab waits a moment, and no longer, if nobody answers", async () => {
  const tab: Tab = { kept: new Map(), session: new Session(), heard: [] };
  running = tab;
  const joined = vi.fn();
  const joining = tab.session.join().then(joined);
  await vi.advanceTimersByTimeAsync(200);
  expect(joined).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  await joining;
  expect(tab.session.token).toBeNull();
});

test("a new token goes to the others, and the old one's refusal does not end it", () => {
  const [first, second] = [open(), open()];
  within(first, () => first.session.begin("old"));
  deliver();
  within(first, () => first.session.begin("new"));
  // The second tab is refused before it hears of the new token.
  within(second, () => second.session.expire());
  sent.reverse();
  deliver();
  expect([tokenOf(first), tokenOf(second)]).toEqual(["new", "new"]);
  expect(first.heard).toEqual([]);
});

test("a token that is no longer accepted is dropped by all who have it", () => {
  const [first, second] = [open(), open()];
  within(first, () => first.session.begin("old"));
  deliver();
  within(second, () => second.session.expire());
  deliver();
  expect([tokenOf(first), first.heard]).toEqual([null, ["expired"]]);
});

test("two users who log in at once in two tabs end up as one, the same in both", () => {
  for (const turned of [false, true]) {
    const [first, second] = [open(), open()];
    within(first, () => first.session.begin("alice"));
    within(second, () => second.session.begin("bob"));
    if (turned) sent.reverse();
    deliver();
    expect(tokenOf(first)).toBe(tokenOf(second));
    expect(tokenOf(first)).not.toBeNull();
  }
});

test("a tab that missed a logout hears of it as soon as it says anything", () => {
  const [first, second] = [open(), open()];
  within(first, () => first.session.begin("alice"));
  deliver();
  within(first, () => first.session.end());
  sent = [];
  expect(tokenOf(second)).toBe("alice");
  open();
  expect(tokenOf(second)).toBeNull();
});

test("deployments on one origin do not share a session", () => {
  const first = open();
  within(first, () => first.session.begin("alice"));
  vi.stubGlobal("document", { baseURI: "https://console.example/test/#/kline" });
  const other = open();
  expect(tokenOf(other)).toBeNull();
});
