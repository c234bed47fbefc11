/** Something that the service shows once. */
export function Secret({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div class="note" role="status">
      <p>{name} is shown this once; keep it:</p>
      <code>{value}</code>
    </div>
  )
}
