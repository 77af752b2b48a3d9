/** The types of the API's answers against its description, functions/docs/openapi.json. */
import { type ESTree, parseSync } from "vite";
import { expect, test } from "vitest";
import description from "../../functions/docs/openapi.json?raw";
import source from "../src/api/types.ts?raw";

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Operation {
  responses: Record<string, { content?: { "application/json"?: { schema?: Schema } } }>;
}

const OPENAPI: {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
} = JSON.parse(description);
const { schemas } = OPENAPI.components;

function named(name: string): Schema {
  const found = schemas[name];
  if (!found) throw new Error(`openapi.json has no schema ${name}`);
  return found;
}

/** What the calls that answer with a `meta` wrap it and their data in. */
const ENVELOPES = Object.values(OPENAPI.paths)
  .flatMap((operations) => Object.values(operations))
  .flatMap(({ responses }) => responses?.["200"]?.content?.["application/json"]?.schema ?? [])
  .filter(({ properties }) => properties?.meta);

/**
 * Which schemas an interface stands for. One that stands for several has the properties of them
 * all; a property is optional unless every one of them requires it.
 */
const STANDS_FOR: Record<string, Schema[]> = {
  Envelope: ENVELOPES,
  FieldError: [named("Error").properties?.errors?.items ?? {}],
  Keyed: [named("Keyed")],
  ErrorDetail: [named("ErrorDetail")],
  Page: ["ConfigList", "Found", "Quarantine", "TaskPage", "UserList"].map(named),
  Bar: ["StockBar", "MainBar"].map(named),
  Absent: [named("Absent")],
  Outside: [named("Outside")],
  Adjusted: [named("Adjustment")],
  StatusMeta: [named("IncludedStatus")],
  Meta: ["StockCompleteness", "FutureCompleteness"].map(named),
  Security: ["SecurityView", "SecurityInfo"].map(named),
  Life: [named("Life")],
  Holdings: [named("PartHoldings")],
  CodeHoldings: [named("CodeHoldings")],
  Coverage: [named("Coverage")],
  CoverageMeta: [named("CoverageMeta")],
  CoverageTotals: [named("CoverageTotals")],
  TaskPlan: [named("TaskPlan")],
  TaskScope: [named("TaskBody")],
  StartedTask: ["StartedTask", "Findings"].map(named),
  Task: [named("TaskView")],
  OneTask: [named("OneTask")],
  Result: ["DetectResult", "FillResult"].map(named),
  ReasonStats: [named("ReasonStats")],
  FailedBatch: [named("FailedBatch")],
  Token: [named("Token")],
  User: [named("UserView")],
  Connection: [named("ConfigView")],
  ConnectionResult: [named("ConnectionResult")],
  Variety: [named("VarietyView")],
  Varieties: [named("Varieties")],
  MainContract: [named("MainContract")],
  MainContracts: [named("MainContracts")],
  Membership: [named("Member")],
  Constituents: [named("Members")],
  Industry: [named("IndustryView")],
  Industries: [named("Industries")],
  MembersMeta: [named("Word")],
  Service: [named("StatusView")],
  Covers: [named("CoversView")],
  DatasetState: [named("DatasetView")],
  Held: [named("HeldView")],
  TaskCounts: [named("TaskCountsView")],
  StoreState: [named("StoreView")],
  Schedule: [named("ScheduleView")],
  Schedules: [named("Schedules")],
  LastTask: [named("LastTask")],
  SetAside: [named("SetAside")],
  QuarantineMeta: [named("QuarantineMeta")],
};

interface LeftOut {
  why: string;
  /** Null: everything that the interface does not name. */
  names: string[] | null;
}

/** Properties of the API that the console does without. */
const LEFT_OUT: Record<string, LeftOut[]> = {
  Meta: [
    { why: "only an index instead of codes has it", names: ["universe"] },
    { why: "only a number of bars instead of days has it", names: ["first"] },
    { why: "only continuous futures have them", names: ["rolls", "no_main"] },
  ],
  Bar: [{ why: "only continuous futures have it", names: ["contract"] }],
  CoverageMeta: [{ why: "the console shows our own codes", names: ["codes_read_as"] }],
  MembersMeta: [{ why: "the console asks with our own codes", names: ["codes_read_as"] }],
  Page: [{ why: "whoever asked for a page knows which", names: ["page", "page_size"] }],
  Service: [
    {
      why: "only operators need them, and each page of bars names its own last final day",
      names: ["version", "final_day", "requests", "sessions", "waiting"],
    },
  ],
  DatasetState: [{ why: "there is only one reason", names: ["unknown"] }],
  Held: [{ why: "the page adds up those of all datasets", names: ["blocks", "rows"] }],
  LastTask: [{ why: "the task's own page has it", names: ["error_message"] }],
  QuarantineMeta: [{ why: "the console shows our own codes", names: ["codes_read_as"] }],
  TaskCounts: [{ why: "the list of tasks has their times", names: ["since"] }],
  StartedTask: [{ why: "the task is then read by its number", names: null }],
  Result: [
    {
      why: "the task itself has these counts",
      names: [
        "task_id",
        "total_count",
        "missing_count",
        "success_count",
        "error_count",
        "bar_count",
        "upstream_calls",
        "quarantined_count",
      ],
    },
    {
      why: "the page lists missing days and sums up the others by reason",
      names: ["complete_count", "daily_stats", "missing_codes", "error_codes", "absent", "outside"],
    },
  ],
};

/** What is compared of a property. */
interface Property {
  optional: boolean;
  nullable: boolean;
  /** The only texts that it can be, or null where it can be anything. */
  values: string[] | null;
}

/** All that a schema can be: the schemas behind its references and alternatives. */
function alternatives(schema: Schema): Schema[] {
  if (schema.$ref) return alternatives(named(schema.$ref.split("/").at(-1) ?? ""));
  return schema.anyOf ? schema.anyOf.flatMap(alternatives) : [schema];
}

function texts(schema: Schema): string[] | null {
  const found = alternatives(schema)
    .filter(({ type }) => type !== "null")
    .map((each) => each.enum ?? (typeof each.const === "string" ? [each.const] : null));
  return found.includes(null) ? null : [...new Set(found.flatMap((each) => each ?? []))].sort();
}

function described(all: Schema[]): Record<string, Property> {
  const names = new Set(all.flatMap(({ properties }) => Object.keys(properties ?? {})));
  return Object.fromEntries(
    [...names].map((name) => {
      const found = all.flatMap(({ properties }) => properties?.[name] ?? []);
      const types = found.flatMap(alternatives).flatMap(({ type }) => type ?? []);
      const optional = !all.every(({ required }) => required?.includes(name));
      return [
        name,
        { optional, nullable: types.includes("null"), values: texts({ anyOf: found }) },
      ];
    }),
  );
}

const statements = parseSync("types.ts", source).program.body.map((statement) =>
  statement.type === "ExportNamedDeclaration" ? (statement.declaration ?? statement) : statement,
);
const INTERFACES = statements.filter((each) => each.type === "TSInterfaceDeclaration");
const ALIASES = new Map(
  statements.flatMap((each) =>
    each.type === "TSTypeAliasDeclaration" ? [[each.id.name, each.typeAnnotation] as const] : [],
  ),
);
/** The lists of texts, such as PERIODS, that aliases are made of. */
const LISTS = new Map(
  statements.flatMap((each) =>
    each.type === "VariableDeclaration"
      ? each.declarations.map(
          ({ id, init }) =>
            [
              id.type === "Identifier" ? id.name : "",
              [...source.slice(init?.start, init?.end).matchAll(/"(\w+)"/g)].map(
                ([, text = ""]) => text,
              ),
            ] as const,
        )
      : [],
  ),
);

/** The texts that a type allows; null where it is more than some texts and null. */
function allowed(type: ESTree.TSType): string[] | null {
  switch (type.type) {
    case "TSNullKeyword":
      return [];
    case "TSLiteralType":
      return type.literal.type === "Literal" && typeof type.literal.value === "string"
        ? [type.literal.value]
        : null;
    case "TSUnionType": {
      const parts = type.types.map(allowed);
      return parts.includes(null) ? null : parts.flatMap((each) => each ?? []);
    }
    case "TSTypeReference": {
      const alias = type.typeName.type === "Identifier" && ALIASES.get(type.typeName.name);
      return alias ? allowed(alias) : null;
    }
    case "TSIndexedAccessType":
      return LISTS.get(source.slice(type.start, type.end).match(/typeof (\w+)/)?.[1] ?? "") ?? null;
    default:
      return null;
  }
}

function declared({
  body,
  extends: above,
}: ESTree.TSInterfaceDeclaration): Record<string, Property> {
  const names = above.map(({ expression }) => expression.type === "Identifier" && expression.name);
  const inherited = INTERFACES.filter(({ id }) => names.includes(id.name)).map(declared);
  const own = Object.fromEntries(
    body.body.map((member) => {
      if (member.type !== "TSPropertySignature" || member.key.type !== "Identifier") {
        throw new Error(`not a plain property: ${source.slice(member.start, member.end)}`);
      }
      const type = member.typeAnnotation?.typeAnnotation;
      const parts = type?.type === "TSUnionType" ? type.types : [];
      const nullable = parts.some((part) => part.type === "TSNullKeyword");
      const values = type ? allowed(type) : null;
      const texts = values && [...new Set(values)].sort();
      return [member.key.name, { optional: member.optional === true, nullable, values: texts }];
    }),
  );
  return Object.assign({}, ...inherited, own);
}

test("every interface stands for something that the API describes", () => {
  expect(INTERFACES.map(({ id }) => id.name).sort()).toEqual(Object.keys(STANDS_FOR).sort());
});

test.each(INTERFACES.map((each) => [each.id.name, each] as const))(
  "%s has the properties that the API describes",
  (name, found) => {
    const ours = declared(found);
    const theirs = described(STANDS_FOR[name] ?? []);
    for (const { names } of LEFT_OUT[name] ?? []) {
      for (const each of names ?? Object.keys(theirs).filter((key) => !(key in ours))) {
        expect(
          theirs,
          `${name}.${each} is left out, but the API has no such property`,
        ).toHaveProperty(each);
        expect(ours, `${name}.${each} is both left out and there`).not.toHaveProperty(each);
        delete theirs[each];
      }
    }
    expect(ours).toEqual(theirs);
  },
);

test.each(["Kind", "Period", "Statement", "ContractType", "TaskKind", "Status", "Role", "Why"])(
  "%s has the values that the API describes",
  (name) => {
    const alias = ALIASES.get(name === "TaskKind" ? "TaskType" : name);
    expect(alias && allowed(alias)?.sort()).toEqual(texts(named(name)));
  },
);
