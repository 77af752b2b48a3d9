import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  title: string;
  onClose(): void;
  children: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus inside, and Escape closes it. */
export function Dialog({ title, onClose, children }: Props) {
  const host = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current } = host;
    current?.showModal();
    // Only a dialog that is closed before it goes gives the focus back.
    return () => current?.close();
  }, []);
  return (
    <dialog ref={host} aria-label={title} onClose={onClose}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
