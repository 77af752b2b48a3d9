import { session } from "./session";
import type { Envelope, FieldError, Keyed, Params } from "./types";

/** An error response, or no response at all (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter: number,
    readonly fields: FieldError[] = [],
    readonly key = "",
    readonly params: Params = {},
  ) {
    super(message);
  }
}

/** The result is too large for a response and was redirected to storage this page cannot read. */
export const TOO_LARGE = 303;

export interface Asked {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  signal?: AbortSignal;
  /** Whether it is sent even if the page is closed meanwhile. */
  keepalive?: boolean;
}

/**
 * Call the API; `path` is relative to "/api/v1". Throws an ApiError unless the answer is a 2xx.
 *
 * The URL is relative to the page's own, which may include the name of a stage.
 */
export async function call<Data, About = unknown>(
  path: string,
  asked: Asked = {},
): Promise<Read<Data, About>> {
  const token = session.token;
  const headers: Record<string, string> = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (asked.body !== undefined) headers["Content-Type"] = "application/json";
  const response = await send(`${path}${queryOf(asked.query)}`, {
    method: asked.method ?? "GET",
    headers,
    redirect: "manual",
    keepalive: asked.keepalive ?? false,
    ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    ...(asked.signal ? { signal: asked.signal } : {}),
  });
  if (response.type === "opaqueredirect") throw new ApiError(TOO_LARGE, "", 0);
  const envelope = await read<Data, About>(response);
  if (response.ok) return envelope;
  if (response.status === 401 && token) {
    if (token === session.token) session.expire();
    // Another tab has got a new token meanwhile; what was refused with the old one was not done.
    else if (session.token) return call<Data, About>(path, asked);
  }
  const retryAfter = Number(response.headers.get("Retry-After") ?? 0);
  const { message, errors, key, params } = envelope;
  throw new ApiError(response.status, message, retryAfter, errors, key, params);
}

/** End the session: here at once, at the service as soon as it hears of it. */
export function logOut(): void {
  // The service may be out of reach; nobody is kept logged in for that.
  call("/auth/logout", { method: "POST", keepalive: true }).catch(() => {});
  session.end();
}

async function send(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(new URL(`api/v1${path}`, document.baseURI), request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, String(error), 0);
  }
}

type Read<Data, About> = Envelope<Data, About> & { errors?: FieldError[] } & Partial<Keyed>;

async function read<Data, About>(response: Response): Promise<Read<Data, About>> {
  try {
    return await response.json();
  } catch {
    throw new ApiError(response.ok ? 0 : response.status, response.statusText, 0);
  }
}

function queryOf(query: Asked["query"] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : "";
}
