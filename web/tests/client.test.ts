import { afterEach, expect, test, vi } from "vitest";
import { logOut } from "../src/api/client";

afterEach(() => vi.unstubAllGlobals());

test("a logout is sent even if the page is closed at once", () => {
  const kept = new Map([["token", "a.b.c"]]);
  const fetched = vi.fn(async (_url: URL, _request: RequestInit) => new Response("{}"));
  vi.stubGlobal("document", { baseURI: "https://console.example/v1/" });
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("fetch", fetched);
  logOut();
  expect(kept.has("token")).toBe(false);
  const [url, request] = fetched.mock.calls[0] ?? [];
  expect(String(url)).toBe("https://console.example/v1/api/v1/auth/logout");
  expect(request).toMatchObject({
    method: "POST",
    keepalive: true,
    headers: { Authorization: "Bearer a.b.c" },
  });
});
