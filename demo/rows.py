"""Stories made into rows: the partner, its deals with their stages, and the handoff. Calls and money are beside it."""

from datetime import timedelta
from random import Random

from accounts.models import User
from deals.models import CallComment, Deal, Handoff, PipelineCode, Stage, StageChange
from deals.rules import acceptance_deadline
from demo import names, promises
from demo.batch import Batch
from demo.billing import add_bills
from demo.calendar import Calendar
from demo.calls import add_calls, add_step
from demo.chats import add_chat
from demo.company import Company
from demo.handoffs import add_talk, is_returned
from demo.notes import add_notes
from demo.phone import add_phone_calls
from demo.stories import Chapter, Story
from partners.models import Agreement, Contact, LegalKind, Partner

STAGE_NAMES = {
    PipelineCode.NEW: ("handed_over", "accepted", "preparing", "launch", "won", "lost"),
    PipelineCode.RENEWAL: ("healthy", "troubled", "soon", "due", "won", "lost"),
    PipelineCode.ADDON: ("offered", "agreed", "invoiced", "part_paid", "paid", "in_delivery", "won", "lost"),
}
"""The demo's names for the shipped stages, in their order; not each of them has a role."""


def shipped_stages() -> dict[tuple[str, str], Stage]:
    """Each stage by pipeline and the demo's name for it."""
    return {
        (code, name): stage
        for code, stage_names in STAGE_NAMES.items()
        for name, stage in zip(stage_names, Stage.objects.filter(pipeline=code).order_by("order"), strict=True)
    }


class Scribe:
    """Writes stories into a batch."""

    def __init__(self, company: Company, calendar: Calendar, seed: int) -> None:
        self.company, self.calendar, self.seed = company, calendar, seed
        self.stages = shipped_stages()

    def write(self, story: Story, batch: Batch) -> None:
        rng = Random(f"{self.seed}/rows/{story.serial}")
        manager = self.company.support[story.manager]
        seller = self.company.sales[0 if is_returned(story) else story.serial % len(self.company.sales)]
        partner = self._partner(story, manager, batch)
        contact = self._contacts(story, partner, rng, batch)
        self._agreements(story, partner, manager, rng, batch)
        deals, previous = [], None
        for chapter in story.chapters:
            is_addon = chapter.pipeline == PipelineCode.ADDON
            deal = self._deal(chapter, story, partner, contact, seller, None if is_addon else previous, batch)
            previous = previous if is_addon else deal
            add_bills(chapter, deal, self.company, rng, self.calendar, batch)
            deals.append(deal)
        handoff = self._handoff(story, deals[0], seller, rng, batch)
        told = len(batch.rows[CallComment])
        add_calls(story, deals[: len(story.terms)], rng, self.calendar, batch)
        comments = batch.rows[CallComment][told:]
        phone_rng = Random(f"{self.seed}/phone/{story.serial}")
        main = deals[len(story.terms) - 1]
        add_phone_calls(story, main, contact, comments, phone_rng, self.calendar, batch)
        notes_rng = Random(f"{self.seed}/notes/{story.serial}")
        add_notes(story, main, manager, notes_rng, self.calendar, batch)
        marketer = self.company.marketing[story.serial % len(self.company.marketing)]
        talk_rng = Random(f"{self.seed}/handoff/{story.serial}")
        add_talk(story, handoff, marketer, talk_rng, self.calendar, batch)
        chat_rng = Random(f"{self.seed}/chat/{story.serial}")
        main = deals[len(story.terms) - 1]
        add_chat(story, main, manager, marketer, self.company.marketing, chat_rng, self.calendar, batch)
        for addon, deal in zip(story.addons, deals[len(story.terms) :], strict=True):
            add_step(addon, deal, batch)

    def _partner(self, story: Story, manager: User, batch: Batch) -> Partner:
        firm, country = story.firm, story.city.country
        is_russian_company = country == "RU" and firm.legal_kind == LegalKind.COMPANY
        return batch.add(
            Partner(
                name=firm.name,
                legal_kind=firm.legal_kind,
                legal_name=firm.legal_name,
                inn=names.tax_number(country, firm.legal_kind, story.serial),
                kpp="770101001" if is_russian_company else "",
                address=f"г. {story.city.name}, ул. Образцовая, д. {story.serial % 90 + 1}",
                city=story.city,
                manager=manager,
                contract_offer=self.company.offer_on(story.paid_on),
                partner_since=story.paid_on,
                created_at=story.handed_over_at,
            )
        )

    def _contacts(self, story: Story, partner: Partner, rng: Random, batch: Batch) -> Contact:
        main = batch.add(
            Contact(
                partner=partner,
                name=story.firm.director.by_name,
                position=rng.choice(names.POSITIONS),
                phone=names.phone(story.serial),
                email=f"partner{story.serial}@example.ru",
                is_primary=True,
            )
        )
        if rng.random() < 0.3:
            other = names.person(rng, story.city.country)
            batch.add(
                Contact(
                    partner=partner,
                    name=other.by_name,
                    position=rng.choice(names.ASSISTANTS),
                    phone=names.phone(story.serial + 5_000),
                    phone_extension=rng.choice(("", "", "12", "104")),
                )
            )
        return main

    def _agreements(self, story: Story, partner: Partner, manager: User, rng: Random, batch: Batch) -> None:
        """Promises of the first weeks are mostly kept, later ones always open to be asked about."""
        weeks = (self.calendar.today - story.paid_on).days // 7
        for text in story.agreements:
            is_kept = weeks > 4 and rng.random() < 0.8
            kept_at = story.accepted_at + timedelta(days=rng.randint(5, 25)) if is_kept else None
            batch.add(Agreement(partner=partner, text=text, kept_at=kept_at, kept_by=manager if is_kept else None))

    def _deal(
        self,
        chapter: Chapter,
        story: Story,
        partner: Partner,
        contact: Contact,
        seller: User,
        previous: Deal | None,
        batch: Batch,
    ) -> Deal:
        is_addon = chapter.pipeline == PipelineCode.ADDON
        deal = batch.add(
            Deal(
                partner=partner,
                contact=contact,
                pipeline_id=chapter.pipeline,
                stage=self.stages[chapter.pipeline, chapter.stage],
                stage_entered_at=chapter.moves[-1][1],
                manager=partner.manager,
                package=None if is_addon else story.package,
                service=chapter.service,
                list_price=chapter.list_price,
                discount_percent=chapter.discount,
                amount=chapter.amount,
                paid_amount=chapter.amount if chapter.pipeline == PipelineCode.NEW else chapter.received,
                expected_payment_on=chapter.expected_on,
                confidence=Deal.Confidence.DOUBTFUL if chapter.is_doubtful else Deal.Confidence.SURE,
                term_starts_on=chapter.starts_on,
                term_ends_on=chapter.ends_on,
                main_comment="" if is_addon else story.main_comment,
                main_comment_by=None if is_addon else seller,
                main_comment_at=None if is_addon else story.handed_over_at,
                previous_deal=previous,
                outcome=chapter.outcome,
                closed_at=chapter.closed_at,
                lost_reason=chapter.lost_reason,
                unpaid_completion_reason=chapter.unpaid_reason,
                created_at=chapter.opened_at,
            )
        )
        self._stage_changes(chapter, deal, seller, batch)
        return deal

    def _stage_changes(self, chapter: Chapter, deal: Deal, seller: User, batch: Batch) -> None:
        came_from = None
        for name, at in chapter.moves:
            stage = self.stages[chapter.pipeline, name]
            is_last = at == chapter.moves[-1][1]
            reason = (chapter.lost_reason or chapter.unpaid_reason) if is_last else ""
            by = seller if name == "handed_over" else deal.manager
            batch.add(StageChange(deal=deal, from_stage=came_from, to_stage=stage, by=by, at=at, reason=reason))
            came_from = stage

    def _handoff(self, story: Story, deal: Deal, seller: User, rng: Random, batch: Batch) -> Handoff:
        is_complete = story.has_full_info or story.accepted_at is not None
        return batch.add(
            Handoff(
                deal=deal,
                sold_by=seller,
                paid_on=story.paid_on,
                accept_by=acceptance_deadline(story.paid_on),
                amount=deal.amount,
                package=story.package,
                status=_handoff_status(story, is_complete),
                wished_speed=promises.speed(rng, story) if is_complete else "",
                geography=promises.geography(rng, story),
                campaign=rng.choice(promises.CAMPAIGNS) if is_complete else "",
                networks=rng.choice(promises.NETWORKS),
                has_customer_request=True,
                has_offer_accepted=is_complete or rng.random() < 0.5,
                has_access=is_complete,
                accepted_at=story.accepted_at,
                accepted_by=deal.manager if story.accepted_at else None,
                created_at=story.handed_over_at,
            )
        )


def _handoff_status(story: Story, is_complete: bool) -> str:
    if story.situation == "handed_over":
        return Handoff.Status.INFO_RECEIVED if is_complete else Handoff.Status.WAITING_INFO
    if story.situation in ("accepted", "preparing"):
        return Handoff.Status.PREPARING
    return Handoff.Status.RUNNING
