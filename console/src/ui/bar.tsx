/** How far something is. @param share of 1 */
export function Bar({ label, share }: { readonly label: string; readonly share: number }) {
  const percent = Math.floor(share * 100)
  return (
    <div class="progress">
      <progress aria-label={label} max={100} value={percent} />
      <span>
        {label} {percent} %
      </span>
    </div>
  )
}
