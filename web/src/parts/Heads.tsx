interface Props {
  names: readonly string[];
  /** The heading of a last column that shows for itself what it holds. */
  unseen?: string;
}

/** The headings of a table's columns. */
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
