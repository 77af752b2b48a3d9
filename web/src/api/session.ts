const KEY = "token";

type Listener = (expired: boolean) => void;

/** The token of this tab: it survives a reload, is in no address, and ends with the tab. */
class Session {
  private listeners = new Set<Listener>();

  get token(): string | null {
    return sessionStorage.getItem(KEY);
  }

  begin(token: string): void {
    sessionStorage.setItem(KEY, token);
  }

  /** Forget the token because the user wants it so. */
  end(): void {
    this.forget(false);
  }

  /** Forget the token because the service no longer takes it. */
  expire(): void {
    this.forget(true);
  }

  /** Be told when the session ends; gives what to call to be told no longer. */
  onEnd(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private forget(expired: boolean): void {
    sessionStorage.removeItem(KEY);
    for (const listener of this.listeners) listener(expired);
  }
}

export const session = new Session();
