import { useQuery } from '@tanstack/react-query';
import { api } from '../../app/api.ts';

/** The templates as options of a select. */
export function useTemplateOptions(): { value: string; label: string }[] {
  const { data = [] } = useQuery({
    queryKey: ['templates'],
    queryFn: ({ signal }) => api.listTemplates({ signal }),
    select: ({ templates }) => templates.map(({ name, title }) => ({ value: name, label: title })),
    staleTime: Infinity,
  });
  return data;
}
