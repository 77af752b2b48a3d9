const KEY = "token";

type Listener = (expired: boolean) => void;

/** This tab's token: it survives a reload, never appears in a URL, and goes away with the tab. */
class Session {
  private listeners = new Set<Listener>();

  get token(): string | null {
    return sessionStorage.getItem(KEY);
  }

  begin(token: string): void {
    sessionStorage.setItem(KEY, token);
  }

  /** Drop the token because the user logs out. */
  end(): void {
    this.forget(false);
  }

  /** Drop the token because the service no longer accepts it. */
  expire(): void {
    this.forget(true);
  }

  /** Call `listener` when the session ends; returns a function that unsubscribes it. */
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
