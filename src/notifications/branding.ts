import type { BranchBrand } from '../events/store/branches.ts'
import type { Branding } from '../templates/facts.ts'

/** The branding of a branch: what it has not set is the company's. */
export function brandingOf(company: Branding, brand: BranchBrand | undefined): Branding {
  if (!brand) return company
  return {
    companyName: brand.name ?? company.companyName,
    companySite: brand.site ?? company.companySite,
    feedbackUrl: brand.feedbackUrl ?? company.feedbackUrl,
    logoUrl: brand.logoUrl ?? company.logoUrl,
    signature: brand.signature ?? company.signature,
    greeting: brand.greeting ?? company.greeting,
    answers: brand.buttons ?? company.answers,
  }
}
