import { useState } from "preact/hooks";

/** Run something the service may refuse; the refusal stays until the next attempt. */
export function useAttempt() {
  const [refusal, setRefusal] = useState<unknown>(null);
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      setRefusal(null);
      await work();
    } catch (error) {
      setRefusal(error);
    }
  };
  return [refusal, attempt] as const;
}
