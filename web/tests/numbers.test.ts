import { expect, test } from "vitest";
import { price, short, whole } from "../src/lib/numbers";

test("what is not known is never shown as 0", () => {
  for (const unknown of [null, undefined]) {
    expect(whole(unknown)).toBe("–");
    expect(short(unknown, "zh")).toBe("–");
    expect(price(unknown)).toBe("–");
  }
  expect(whole(0)).toBe("0");
  expect(short(0, "en")).toBe("0");
});
