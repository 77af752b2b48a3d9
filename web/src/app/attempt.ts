import { useState } from "preact/hooks";

/** Run a call that the service may refuse, and keep the refusal until the next attempt. */
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
