const TOKEN = "token";
const SINCE = "token_since";

/** How long a new tab waits for another one to hand over the session, in milliseconds. */
const PATIENCE = 250;

export type Change = "begun" | "left" | "expired";
type Listener = (change: Change) => void;

/** What a tab knows of the session. */
interface State {
  token: string | null;
  /** When it began or was left; of what two tabs know, the later counts. */
  since: number;
  why: Change;
}

/** Whether a tab that knows `other` should believe `one` instead; one order for all tabs. */
function supersedes(one: State, other: State): boolean {
  if (one.since !== other.since) return one.since > other.since;
  if (one.token === null || other.token === null) return one.token !== other.token && !one.token;
  return one.token > other.token;
}

/**
 * The browser's session: one for all tabs, kept by each of them until it is closed. A tab tells
 * the others when it begins, ends or gets a new token, and a new tab asks them. It survives a
 * reload, never appears in a URL, and goes away with the last tab.
 */
export class Session {
  private readonly listeners = new Set<Listener>();
  private channel: BroadcastChannel | null = null;
  private why: Change = "begun";
  private arrived: (() => void) | null = null;

  get token(): string | null {
    return sessionStorage.getItem(TOKEN);
  }

  /** Hear from other tabs from now on; without a token, wait a moment for theirs. */
  async join(): Promise<void> {
    // Deployments may share an origin, but not a path.
    this.channel = new BroadcastChannel(`session of ${new URL(".", document.baseURI).pathname}`);
    this.channel.onmessage = ({ data }: MessageEvent<State>) => this.hear(data);
    // What is no news to the others makes them tell what they know.
    this.tell();
    if (this.token) return;
    await new Promise<void>((resolve) => {
      this.arrived = () => {
        this.arrived = null;
        resolve();
      };
      setTimeout(() => this.arrived?.(), PATIENCE);
    });
  }

  /** Take a token that the service has just given, for a login or a new password. */
  begin(token: string): void {
    this.keep({ token, since: this.next(), why: "begun" });
    this.tell();
  }

  /** Drop the token because the user logs out. */
  end(): void {
    this.keep({ token: null, since: this.next(), why: "left" });
    this.tell();
    this.notify();
  }

  /** Drop a token because the service no longer accepts it. */
  expire(): void {
    // Not later than it began: a newer one that another tab has is not meant.
    this.keep({ ...this.known(), token: null, why: "expired" });
    this.tell();
    this.notify();
  }

  /** Call `listener` when the session ends, or begins elsewhere; returns what unsubscribes it. */
  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private hear(told: State): void {
    const known = this.known();
    if (supersedes(known, told)) {
      this.tell();
    } else if (supersedes(told, known)) {
      this.keep(told);
      if (this.arrived) this.arrived();
      else this.notify();
    }
  }

  private known(): State {
    const { token, why } = this;
    return { token, since: Number(sessionStorage.getItem(SINCE)) || (token ? 1 : 0), why };
  }

  private keep({ token, since, why }: State): void {
    if (token) sessionStorage.setItem(TOKEN, token);
    else sessionStorage.removeItem(TOKEN);
    sessionStorage.setItem(SINCE, String(since));
    this.why = why;
  }

  private next(): number {
    return Math.max(Date.now(), this.known().since + 1);
  }

  private tell(): void {
    this.channel?.postMessage(this.known());
  }

  private notify(): void {
    for (const listener of this.listeners) listener(this.why);
  }
}

export const session = new Session();
