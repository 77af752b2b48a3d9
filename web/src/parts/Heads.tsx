interface Props {
  names: readonly string[];
  /** The heading of a last column that needs one only for screen readers. */
  unseen?: string;
}

/** The column headings of a table. */
export function Heads({ names, unseen }: Props) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
        {unseen && (
          <th scope="col">
            <span class="unseen">{unseen}</span>
          </th>
        )}
      </tr>
    </thead>
  );
}
