-- F2: the other history of a forked writer stands under a name of its own. Its first entry
-- follows the last one that both histories share, which is where its fence stands.
do $$
declare
  was text := pg_get_functiondef('tallystick.commit_turn'::regproc);
  now text := replace(
    replace(was,
      'from jsonb_to_recordset(p_heads) h(writer text, seq bigint)',
      'from jsonb_to_recordset(p_heads) h(writer text, seq bigint, fence_seq bigint, fence_reason text)'),
    'h.seq <> coalesce(w.seq, 0)',
    'h.seq <> coalesce(w.seq, case when h.fence_reason = ''branch'' then h.fence_seq end, 0)');
begin
  if position('h.fence_reason = ''branch''' in now) = 0 or position('seq bigint, fence_seq bigint, fence_reason text)' in now) = 0 then
    raise exception 'commit_turn is not the one that this migration changes';
  end if;
  execute now;
end $$;
