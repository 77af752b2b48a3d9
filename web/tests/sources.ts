/** The sources of the console as text, and who imports whom among them. */
import { type ParseResult, parseSync } from "vite";

const FOUND = import.meta.glob<string>("../src/**/*.{ts,tsx,css}", {
  query: "?raw",
  import: "default",
  eager: true,
});
const TESTS = import.meta.glob<string>("./*.ts", { query: "?raw", import: "default", eager: true });

/** Every file of src and of tests by its path, such as "src/pages/Login.tsx". */
export const SOURCES: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...FOUND, ...TESTS }).map(([path, text]) => [
    path.replace("../", "").replace("./", "tests/"),
    text,
  ]),
);

export const MODULES: ReadonlyMap<string, ParseResult> = new Map(
  [...SOURCES]
    .filter(([path]) => /\.tsx?$/.test(path))
    .map(([path, text]) => [path, parseSync(path, text)]),
);

/** That `from` imports `to`, and under which names `to` exports what is taken from it. */
export interface Import {
  from: string;
  to: string;
  /** Null where the whole module is taken. */
  names: string[] | null;
}

export const IMPORTS: readonly Import[] = [...MODULES].flatMap(([from, { module }]) => {
  const text = SOURCES.get(from) ?? "";
  const all = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      request: moduleRequest.value,
      names: entries.map(({ importName: { kind, name } }) =>
        kind === "Default" ? "default" : name,
      ),
    })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map(({ moduleRequest, importName }) => ({
        request: moduleRequest?.value ?? "",
        names: [importName.name],
      })),
    ),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      request: JSON.parse(text.slice(start, end)) as string,
      names: [null],
    })),
  ];
  return (
    all
      // What a test reads as text, such as "types.ts?raw", it does not import.
      .filter(({ request }) => request.startsWith(".") && !request.includes("?"))
      .map(({ request, names }) => ({
        from,
        to: resolve(from, request),
        names: names.every((name) => name !== null) ? names : null,
      }))
  );
});

function resolve(from: string, request: string): string {
  const path = new URL(request, `file:///${from}`).pathname.slice(1);
  const found = ["", ".ts", ".tsx"].map((end) => path + end).find((each) => SOURCES.has(each));
  return found ?? path;
}
